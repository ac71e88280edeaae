// Passkeys: asks the browser for one, or to make one, and sends its answer with the form. Codes work without this file.
(() => {
  const { warn } = window.identityCloud;
  const forms = [...document.querySelectorAll("form[data-passkey]")];
  const can = Boolean(
    window.PublicKeyCredential?.parseRequestOptionsFromJSON && PublicKeyCredential.prototype.toJSON,
  );
  let waiting; // What offers passkeys in the username's list, until the button is pressed.

  const optionsOf = async (form) => {
    if (!form.dataset.optionsFrom) return JSON.parse(form.dataset.options).publicKey;
    const response = await fetch(form.dataset.optionsFrom, { headers: { Accept: "application/json" } });
    return (await response.json()).publicKey;
  };

  /** What the browser answers, as JSON. It throws where somebody changes their mind. */
  const ask = async (form, more = {}) => {
    const options = await optionsOf(form);
    const answer =
      form.dataset.passkey === "create"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
        : await navigator.credentials.get({
            publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options),
            ...more,
          });
    return JSON.stringify(answer);
  };

  window.identityCloud.askPasskey = async (options) => {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
    return JSON.stringify(await navigator.credentials.get({ publicKey }));
  };

  const send = (form, answer) => {
    form.elements.credential.value = answer;
    form.submit(); // Past the listener below.
  };

  /** Offer passkeys where the username is typed. */
  const offer = async (form) => {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return;
    waiting = new AbortController();
    try {
      send(form, await ask(form, { mediation: "conditional", signal: waiting.signal }));
    } catch {
      // The button is there for whoever did not want it here.
    }
  };

  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!form.matches("[data-passkey]")) return;
    event.preventDefault();
    const button = form.querySelector("[type=submit]");
    if (button.disabled) return;
    button.disabled = true;
    waiting?.abort();
    try {
      send(form, await ask(form));
    } catch (error) {
      warn(error.name === "InvalidStateError" ? form.dataset.there : form.dataset.failed);
      button.disabled = false;
    }
  });

  for (const form of forms) {
    form.querySelector("[type=submit]").disabled = !can;
    if (!can) form.querySelector("[data-unsupported]").hidden = false;
    else if (form.matches("[data-conditional]")) offer(form);
  }
  document.querySelector("[data-print]")?.addEventListener("click", () => print());
})();
