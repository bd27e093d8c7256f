/** Passkeys: the browser's own dialogue, from and to the JSON that the server speaks. */

import type { client } from "../../data/client.ts";

type Assertion = Parameters<typeof client.sessionFactors.passkey>[0]["body"]["passkey"];
type Registration = Parameters<typeof client.factors.addPasskey>[0]["body"]["passkey"];
type RequestJson = Parameters<typeof PublicKeyCredential.parseRequestOptionsFromJSON>[0];
type CreationJson = Parameters<typeof PublicKeyCredential.parseCreationOptionsFromJSON>[0];

/** Throws an Error in words for people, also where the person closed the dialogue. */
export async function showPasskey(options: object): Promise<Assertion> {
  assertPossible();
  const credential = await navigator.credentials
    .get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options as RequestJson) })
    .catch(refuse);
  return jsonOf(credential);
}

/** Throws an Error in words for people. */
export async function makePasskey(options: object): Promise<Registration> {
  assertPossible();
  const credential = await navigator.credentials
    .create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options as CreationJson) })
    .catch(refuse);
  return jsonOf(credential);
}

function assertPossible(): void {
  if (typeof PublicKeyCredential === "undefined") {
    throw new Error(
      "This browser gives no passkeys to this address: they need https, or a server on this machine under the name localhost.",
    );
  }
}

function jsonOf<T>(credential: Credential | null): T {
  if (!(credential instanceof PublicKeyCredential)) throw new Error("The browser gave no passkey.");
  // The specification's JSON of a credential is what the server's schema describes.
  return credential.toJSON() as T;
}

function refuse(error: unknown): never {
  if (error instanceof DOMException && error.name === "NotAllowedError") {
    throw new Error("No passkey was shown: it was cancelled, took too long, or there is none for this server.");
  }
  if (error instanceof DOMException && error.name === "InvalidStateError") {
    throw new Error("This device has a passkey for this account already.");
  }
  throw error;
}
