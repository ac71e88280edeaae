// Nothing that a page shows is kept on this computer. htmx would remember pages and addresses in the session
// storage; it does without when writing fails.
Storage.prototype.setItem = () => {
  throw new DOMException("This console stores nothing.", "QuotaExceededError");
};
