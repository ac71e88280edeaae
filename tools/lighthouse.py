"""What Lighthouse says of the list and of the details: ``make lighthouse``. Fails below the marks."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.demonstration import CHROMIUM, ROOT, console

MARKS = {"accessibility": 100, "best-practices": 100, "performance": 95}
LIGHTHOUSE = ROOT / "node_modules" / ".bin" / "lighthouse"
FORM_FACTORS = {"desktop": ["--preset=desktop"], "phone": []}


def main() -> None:
    """Print a line for each page and form factor."""
    low = False
    with console() as (address, page):
        cookies = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in page.context.cookies())
        page.click("th a:has-text('billing_worker')")
        page.wait_for_url("**/settings/access-keys/*-*/")
        for label, url in (("list", f"{address}/settings/access-keys/"), ("details", page.url)):
            for form_factor, options in FORM_FACTORS.items():
                scores, faults = judge(url, cookies, options)
                print(f"{label:8} {form_factor:8}", *(f"{name} {score}" for name, score in scores.items()))
                print(*(f"    {fault}\n" for fault in faults), sep="", end="")
                low = low or any(scores[name] < mark for name, mark in MARKS.items())
    if low:
        sys.exit("Lighthouse is not content.")


def judge(url: str, cookies: str, options: list[str]) -> tuple[dict[str, int], list[str]]:
    """The score of each category, out of 100, and the audits that cost something."""
    with tempfile.TemporaryDirectory(prefix="identity-cloud-") as folder:
        headers = Path(folder, "headers.json")
        headers.write_text(json.dumps({"Cookie": cookies}))
        report = Path(folder, "report.json")
        command = [str(LIGHTHOUSE), url, "--quiet", *options, f"--extra-headers={headers}", "--output=json"]
        command += [f"--output-path={report}", f"--only-categories={','.join(MARKS)}"]
        command += [f"--chrome-flags=--headless {' '.join(CHROMIUM)}"]
        environment = {**os.environ, "CHROME_PATH": shutil.which("chromium") or ""}
        subprocess.run(command, check=True, cwd=folder, env=environment)  # noqa: S603
        found = json.loads(report.read_text())
    scores = {name: round(category["score"] * 100) for name, category in found["categories"].items()}
    weighty = {
        reference["id"]
        for category in found["categories"].values()
        for reference in category["auditRefs"]
        if reference["weight"]
    }
    faults = [
        f"{audit['title']} ({audit.get('displayValue', audit['score'])})"
        for name, audit in found["audits"].items()
        if name in weighty and audit["score"] is not None and audit["score"] < 1
    ]
    return scores, faults


if __name__ == "__main__":
    main()
