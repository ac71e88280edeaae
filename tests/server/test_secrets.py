"""Secrets that change across a restart."""

from __future__ import annotations

from tests.server.servers import Site, master_key


def test_another_secret_key_leaves_access_keys_working(own_site: Site) -> None:
    key = own_site.key("before", "--scope", "access_keys:reveal")
    restarted = own_site.with_settings(SECRET_KEY="another-secret-key-" + 40 * "x")
    with restarted.serve() as server:
        assert server.call("GET", "ping/", key).status == 200
        me = server.call("GET", "access-keys/current/", key).json
        assert server.call("POST", f"access-keys/{me['id']}/reveal/", key).json == {"key": key}


def test_a_new_first_master_key_leaves_access_keys_working(own_site: Site) -> None:
    old = own_site.environment["ACCESS_KEYS_MASTER_KEYS"]
    key = own_site.key("before", "--scope", "access_keys:reveal", "--scope", "access_keys:write")
    rotated = own_site.with_settings(ACCESS_KEYS_MASTER_KEYS=f"{master_key('k2')},{old}")
    with rotated.serve() as server:
        me = server.call("GET", "access-keys/current/", key).json
        assert server.call("POST", f"access-keys/{me['id']}/reveal/", key).json == {"key": key}
        new = server.call("POST", "access-keys/", key, name="after").json["key"]
        assert server.call("GET", "ping/", new).status == 200
    # The new master key is needed from now on.
    code, said = own_site.refuse_to_serve()
    assert code != 0
    assert "need the master key k2" in said


def test_the_master_keys_may_come_from_a_file(own_site: Site) -> None:
    file = own_site.folder / "master_keys"
    file.write_text(own_site.environment["ACCESS_KEYS_MASTER_KEYS"] + "\n")
    key = own_site.key("before")
    moved = own_site.with_settings(
        ACCESS_KEYS_MASTER_KEYS=None, ACCESS_KEYS_MASTER_KEYS_FILE=str(file), SECRET_KEY="s" * 60
    )
    with moved.serve() as server:
        assert server.call("GET", "ping/", key).status == 200
