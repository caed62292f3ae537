// Setting up a passkey and showing one (WebAuthn). Where the browser knows none, the page stays as
// it came, and says so.
"use strict";

(() => {
  const button = document.querySelector("[data-passkey]");
  if (!button || !window.PublicKeyCredential) return;

  const options = JSON.parse(document.getElementById("passkey-options").textContent).publicKey;
  const failed = document.querySelector("[data-passkey-failed]");
  const section = document.querySelector("[data-passkey-section]");
  document.querySelector("[data-passkey-needs]")?.remove();
  button.hidden = false;
  if (section) section.hidden = false;

  // The portal writes and reads bytes as base64url (RFC 4648).
  const bytes = (text) => {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  };
  const text = (buffer) =>
    btoa(String.fromCharCode(...new Uint8Array(buffer)))
      .replace(/\+/g, "-").replaceAll("/", "_").replace(/=+$/, "");
  const known = (list) => (list || []).map((one) => ({ ...one, id: bytes(one.id) }));

  const ask = {
    create: () => navigator.credentials.create({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        user: { ...options.user, id: bytes(options.user.id) },
        excludeCredentials: known(options.excludeCredentials),
      },
    }),
    get: () => navigator.credentials.get({
      publicKey: {
        ...options,
        challenge: bytes(options.challenge),
        allowCredentials: known(options.allowCredentials),
      },
    }),
  };
  const told = (credential) => {
    const { response } = credential;
    const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"];
    const said = parts.filter((part) => response[part]).map((part) => [part, text(response[part])]);
    return {
      id: credential.id,
      rawId: text(credential.rawId),
      type: credential.type,
      response: Object.fromEntries(said),
      clientExtensionResults: credential.getClientExtensionResults(),
    };
  };

  button.addEventListener("click", async () => {
    failed.hidden = true;
    try {
      const { form } = button;
      form.elements.credential.value = JSON.stringify(told(await ask[button.dataset.passkey]()));
      form.submit();
    } catch {
      failed.hidden = false; // given up, timed out, or known already
    }
  });
})();
