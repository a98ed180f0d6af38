// Make a passkey, or sign in with one: the browser's answer goes into a field of the form, which is then sent.
// Browser story: test_a_passkey_is_made_and_signs_in.

function bytes(text) {
  const base64 = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0));
}

function text(buffer) {
  const base64 = btoa(String.fromCharCode(...new Uint8Array(buffer)));
  return base64.replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
}

// Chromium 109 has neither parseCreationOptionsFromJSON nor toJSON.
function optionsOf(form) {
  const options = JSON.parse(form.dataset.options);
  options.challenge = bytes(options.challenge);
  if (options.user) {
    options.user.id = bytes(options.user.id);
  }
  ["excludeCredentials", "allowCredentials"].forEach((name) => {
    (options[name] || []).forEach((credential) => {
      credential.id = bytes(credential.id);
    });
  });
  return { publicKey: options };
}

function answerOf(credential) {
  const response = {};
  ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].forEach((name) => {
    if (credential.response[name]) {
      response[name] = text(credential.response[name]);
    }
  });
  return JSON.stringify({ id: credential.id, rawId: text(credential.rawId), type: credential.type, response });
}

document.querySelectorAll("form[data-passkey]").forEach((form) => {
  form.querySelector("[data-passkey-button]").addEventListener("click", async () => {
    const isNew = form.dataset.passkey === "create";
    const field = form.elements[isNew ? "passkey" : "second_factor"];
    if (isNew && !form.reportValidity()) {
      return;
    }
    try {
      const credential = await navigator.credentials[form.dataset.passkey](optionsOf(form));
      field.value = answerOf(credential);
    } catch {
      form.querySelector("[data-passkey-problem]").hidden = false;
      return;
    }
    form.submit();
  });
});
