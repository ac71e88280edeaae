// Takes the secret of a link out of the address, so that neither the history nor a picture of the screen holds it.
(() => {
  const field = document.querySelector("[name=secret]");

  const take = () => {
    const secret = location.hash.slice(1);
    if (!secret) return;
    history.replaceState(null, "", location.pathname);
    if (!field) return; // The key is shown already.
    field.value = secret;
    field.closest(".field").style.display = "none";
    field.form.querySelector("[type=submit]").focus();
  };

  window.addEventListener("hashchange", take); // The same link once more, in the same tab.
  window.addEventListener("pagehide", () => field && (field.value = ""));
  take();
})();
