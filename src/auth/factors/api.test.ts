import { expect, test } from "bun:test";
import { assertContract } from "../../contract/assert-contract.ts";
import { assertion, factorsApi, registration, sessionFactorsApi } from "./api.ts";

test("the endpoints hold what all endpoints hold", () => {
  assertContract({ factors: factorsApi, sessionFactors: sessionFactorsApi });
});

// What Chromium 156 gives of a platform authenticator and of a security key.
const REGISTERED = {
  authenticatorAttachment: "platform",
  clientExtensionResults: { credProps: { rk: true } },
  id: "AAAA",
  rawId: "AAAA",
  response: {
    attestationObject: "o2Nm",
    authenticatorData: "SZYN",
    clientDataJSON: "eyJ0",
    publicKey: "MFkw",
    publicKeyAlgorithm: -7,
    transports: ["internal"],
  },
  type: "public-key",
};

const SHOWN = {
  authenticatorAttachment: "cross-platform",
  clientExtensionResults: {},
  id: "AAAA",
  rawId: "AAAA",
  response: { authenticatorData: "SZYN", clientDataJSON: "eyJ0", signature: "MEUC", userHandle: "YWNj" },
  type: "public-key",
};

test("what browsers give of passkeys fits", () => {
  expect(registration().safeParse(REGISTERED).success).toBe(true);
  expect(assertion().safeParse(SHOWN).success).toBe(true);
  const { userHandle: _, ...withoutHandle } = SHOWN.response;
  expect(assertion().safeParse({ ...SHOWN, response: withoutHandle }).success).toBe(true);
});

test("what is no base64url, too long, or of another kind does not fit", () => {
  const wrong = [
    { ...SHOWN, id: "A".repeat(1_401) },
    { ...SHOWN, id: "AA==" },
    { ...SHOWN, type: "password" },
    { ...SHOWN, response: { ...SHOWN.response, signature: "A".repeat(4_097) } },
    { ...SHOWN, response: { ...SHOWN.response, counter: 7 } },
    { ...SHOWN, response: null },
    {},
  ];
  for (const value of wrong) expect(assertion().safeParse(value).success).toBe(false);
});
