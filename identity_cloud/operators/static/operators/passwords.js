// Says while a new password is typed how hard it is to guess. The server has its own word, after it is sent.
(() => {
  const LEAST = 12;
  const STRONG = 16;
  const FEW = 6; // different characters: less is a pattern

  const verdict = (password, words) => {
    const missing = LEAST - [...password].length;
    if (!password) return "";
    if (missing > 0) return words.short.replace("%s", missing);
    if (new Set(password).size < FEW || /^(.+)\1+$/u.test(password)) return words.pattern;
    return missing > LEAST - STRONG ? words.good : words.strong;
  };

  document.addEventListener("input", ({ target }) => {
    const place = target.id && document.querySelector(`[data-strength-of="${CSS.escape(target.id)}"]`);
    if (place) place.textContent = verdict(target.value, place.dataset);
  });
})();
