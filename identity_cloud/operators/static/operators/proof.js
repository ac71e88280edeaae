// Asks for fresh proof in a dialog where the server wants it, and then sends once more what was begun.
(() => {
  const dialog = document.getElementById("proof");
  if (!dialog) return; // Nobody is signed in.
  const { warn, askPasskey } = window.identityCloud;
  let settle;

  /** Ask for it. Resolves to what is to be sent along, or to nothing where the operator has thought better of it. */
  const prove = (what) => {
    settle?.();
    htmx.ajax("GET", `${dialog.dataset.address}?for=${what}`, { target: dialog, swap: "innerHTML", select: ".dialog-content" });
    return new Promise((resolve) => {
      settle = resolve;
    });
  };

  window.identityCloud.prove = prove;

  document.addEventListener("proved", ({ target }) => {
    const reason = new FormData(target).get("reason");
    settle(reason ? { reason } : {});
    dialog.close();
  });

  // "close" does not bubble, so it is caught on its way down.
  dialog.addEventListener("close", () => {
    dialog.replaceChildren();
    settle?.();
  });

  document.addEventListener("click", async ({ target }) => {
    const button = target.closest("[data-prove-passkey]");
    if (!button) return;
    button.disabled = true;
    try {
      const { form } = button;
      form.elements.proof_credential.value = await askPasskey(JSON.parse(button.dataset.provePasskey).publicKey);
      form.requestSubmit();
    } catch {
      warn(button.dataset.failed);
    }
    button.disabled = false;
  });

  document.addEventListener("htmx:beforeSwap", async ({ detail }) => {
    const what = detail.xhr.getResponseHeader("Proof-Needed");
    if (!what) return;
    detail.shouldSwap = false;
    const { elt, verb, path } = detail.requestConfig;
    const values = await prove(what);
    if (values) htmx.ajax(verb, path, { source: elt, values });
  });
})();
