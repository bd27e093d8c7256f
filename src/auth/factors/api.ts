/** The hub API's endpoints of second factors: setting them up, showing them at a login, and proving anew who sits there. */
import { z } from "zod";
import { endpoint, named } from "../../contract/endpoint.ts";
import { account } from "../account-api.ts";

const id = () =>
  z
    .string()
    .max(16)
    .regex(/^[1-9]\d{0,15}$/, "expected an id");
const time = () => z.iso.datetime();
const code = () => z.string().max(100);
const pending = () => z.string().max(1_024).describe("As the first step of the login gave it.");
const passkeyName = () => z.string().trim().min(1).max(100).describe("To tell one device from another.");
/** Of bytes, as WebAuthn's JSON has them. */
const bytes = (most: number) =>
  z
    .string()
    .max(most)
    .regex(/^[\w-]*$/, "expected base64url");

const passkey = named("Passkey", () =>
  z.strictObject({ id: z.string(), name: z.string(), createdAt: time(), lastUsedAt: time().nullable() }),
);

const backupCodes = () =>
  z
    .array(z.string())
    .nullable()
    .describe("Shown this once: with the first factor there are ten. Null with later ones.");

const common = () => ({
  id: bytes(1_400),
  rawId: bytes(1_400),
  type: z.literal("public-key"),
  authenticatorAttachment: z.string().max(30).nullable().optional(),
  clientExtensionResults: z.record(z.string().max(64), z.unknown()).optional(),
});

/** What `PublicKeyCredential.toJSON()` gives after `navigator.credentials.create`. */
export const registration = named(
  "PasskeyRegistration",
  () =>
    z.strictObject({
      ...common(),
      response: z.strictObject({
        clientDataJSON: bytes(4_096),
        attestationObject: bytes(16_384),
        transports: z.array(z.string().max(30)).max(10).optional(),
        authenticatorData: bytes(16_384).optional(),
        publicKey: bytes(4_096).nullable().optional(),
        publicKeyAlgorithm: z.int().optional(),
      }),
    }),
  "What `PublicKeyCredential.toJSON()` gives of a passkey that was made.",
);

/** What `PublicKeyCredential.toJSON()` gives after `navigator.credentials.get`. */
export const assertion = named(
  "PasskeyAssertion",
  () =>
    z.strictObject({
      ...common(),
      response: z.strictObject({
        clientDataJSON: bytes(4_096),
        authenticatorData: bytes(4_096),
        signature: bytes(4_096),
        userHandle: bytes(256).nullable().optional(),
        attestationObject: bytes(16_384).nullable().optional(),
      }),
    }),
  "What `PublicKeyCredential.toJSON()` gives of a passkey that was shown.",
);

const descriptors = () =>
  z.array(z.strictObject({ type: z.literal("public-key"), id: z.string(), transports: z.array(z.string()) }));

const creationOptions = named(
  "PasskeyCreationOptions",
  () =>
    z.strictObject({
      rp: z.strictObject({ id: z.string(), name: z.string() }),
      user: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() }),
      challenge: z.string(),
      pubKeyCredParams: z.array(z.strictObject({ type: z.literal("public-key"), alg: z.int() })),
      timeout: z.int(),
      excludeCredentials: descriptors(),
      authenticatorSelection: z.strictObject({
        residentKey: z.string(),
        requireResidentKey: z.boolean(),
        userVerification: z.string(),
      }),
      attestation: z.string(),
    }),
  "For `PublicKeyCredential.parseCreationOptionsFromJSON`.",
);

const requestOptions = named(
  "PasskeyRequestOptions",
  () =>
    z.strictObject({
      challenge: z.string(),
      rpId: z.string(),
      timeout: z.int(),
      allowCredentials: descriptors(),
      userVerification: z.string(),
    }),
  "For `PublicKeyCredential.parseRequestOptionsFromJSON`.",
);

const FRESH =
  "Needs a session that was proven within the last ten minutes: see `session.prove`. Refused for that reason alone, `errors` name `session.provenAt`.";

export const factorsApi = {
  list: endpoint({
    id: "factors.list",
    method: "GET",
    path: "/api/v1/account/factors",
    summary: "List the own second factors",
    errors: ["DENIED"],
    schemas: () => ({
      response: z.strictObject({
        totp: z.strictObject({ createdAt: time() }).nullable().describe("The authenticator app."),
        passkeys: z.array(passkey()),
        backupCodesLeft: z.int(),
      }),
    }),
  }),
  enrolTotp: endpoint({
    id: "factors.enrolTotp",
    method: "POST",
    path: "/api/v1/account/factors/totp",
    summary: "Begin to set up an authenticator app",
    description: `Counts once a first code confirmed it, within the hour.\n\n${FRESH}`,
    status: 201,
    errors: ["DENIED", "CONFLICT"],
    schemas: () => ({
      response: z.strictObject({
        secret: z.string().describe("Base32, for those who cannot scan. Shown this once."),
        uri: z.string().describe("`otpauth://totp/…`"),
        qrSvg: z.string().describe("`uri` as a picture."),
      }),
    }),
  }),
  confirmTotp: endpoint({
    id: "factors.confirmTotp",
    method: "POST",
    path: "/api/v1/account/factors/totp/confirm",
    summary: "Confirm an authenticator app with a first code",
    description: `With the first factor all other sessions end, and what \`docker login\` keeps. ${FRESH}`,
    errors: ["DENIED", "CONFLICT", "TOOMANYREQUESTS"],
    schemas: () => ({
      body: z.strictObject({ code: code() }),
      response: z.strictObject({ backupCodes: backupCodes() }),
    }),
  }),
  removeTotp: endpoint({
    id: "factors.removeTotp",
    method: "DELETE",
    path: "/api/v1/account/factors/totp",
    summary: "Remove the authenticator app",
    description: FRESH,
    errors: ["DENIED", "NOT_FOUND"],
    schemas: () => ({}),
  }),
  passkeyOptions: endpoint({
    id: "factors.passkeyOptions",
    method: "POST",
    path: "/api/v1/account/factors/passkeys/options",
    summary: "Begin to add a passkey",
    description: FRESH,
    errors: ["DENIED", "UNSUPPORTED"],
    schemas: () => ({ response: creationOptions() }),
  }),
  addPasskey: endpoint({
    id: "factors.addPasskey",
    method: "POST",
    path: "/api/v1/account/factors/passkeys",
    summary: "Add a passkey",
    description: `With the first factor all other sessions end, and what \`docker login\` keeps. ${FRESH}`,
    status: 201,
    errors: ["DENIED", "CONFLICT", "UNSUPPORTED"],
    schemas: () => ({
      body: z.strictObject({ name: passkeyName(), passkey: registration() }),
      response: z.strictObject({ passkey: passkey(), backupCodes: backupCodes() }),
    }),
  }),
  renamePasskey: endpoint({
    id: "factors.renamePasskey",
    method: "PATCH",
    path: "/api/v1/account/factors/passkeys/<passkey>",
    summary: "Rename a passkey",
    description: FRESH,
    errors: ["DENIED", "NOT_FOUND"],
    status: 204,
    schemas: () => ({ params: { passkey: id() }, body: z.strictObject({ name: passkeyName() }) }),
  }),
  removePasskey: endpoint({
    id: "factors.removePasskey",
    method: "DELETE",
    path: "/api/v1/account/factors/passkeys/<passkey>",
    summary: "Remove a passkey",
    description: FRESH,
    errors: ["DENIED", "NOT_FOUND"],
    schemas: () => ({ params: { passkey: id() } }),
  }),
  replaceBackupCodes: endpoint({
    id: "factors.replaceBackupCodes",
    method: "POST",
    path: "/api/v1/account/factors/backup-codes",
    summary: "Make new backup codes",
    description: `Those before end. ${FRESH}`,
    status: 201,
    errors: ["DENIED", "CONFLICT"],
    schemas: () => ({ response: z.strictObject({ backupCodes: z.array(z.string()).describe("Shown this once.") }) }),
  }),
  removeAll: endpoint({
    id: "factors.removeAll",
    method: "DELETE",
    path: "/api/v1/accounts/<account>/factors",
    summary: "Remove all second factors of an account",
    description: `For somebody who lost their devices, by an administrator. Ends all their sessions and what \`docker login\` keeps. ${FRESH}`,
    errors: ["DENIED", "NOT_FOUND"],
    schemas: () => ({ params: { account: z.string().min(1).max(300) } }),
  }),
};

export const sessionFactorsApi = {
  secondFactorOptions: endpoint({
    id: "session.secondFactorOptions",
    method: "POST",
    path: "/api/v1/session/second-factor/options",
    isForReadonly: true,
    summary: "Begin to show a passkey as second factor",
    isPublic: true,
    errors: ["UNAUTHORIZED", "UNSUPPORTED"],
    schemas: () => ({ body: z.strictObject({ pending: pending() }), response: requestOptions() }),
  }),
  secondFactor: endpoint({
    id: "session.secondFactor",
    method: "POST",
    path: "/api/v1/session/second-factor",
    isForReadonly: true,
    summary: "Log in: the second step",
    description: "With one of `code`, `backupCode` and `passkey`. Answers with a cookie.",
    isPublic: true,
    errors: ["UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS"],
    schemas: () => ({
      body: z.strictObject({
        pending: pending(),
        code: code().optional(),
        backupCode: code().optional(),
        passkey: assertion().optional(),
      }),
      response: z.strictObject({ account: account() }),
    }),
  }),
  passkeyOptions: endpoint({
    id: "session.passkeyOptions",
    method: "POST",
    path: "/api/v1/session/passkey/options",
    isForReadonly: true,
    summary: "Begin to log in with a passkey alone",
    isPublic: true,
    errors: ["UNSUPPORTED"],
    schemas: () => ({ response: requestOptions() }),
  }),
  passkey: endpoint({
    id: "session.passkey",
    method: "POST",
    path: "/api/v1/session/passkey",
    isForReadonly: true,
    summary: "Log in with a passkey alone",
    description: "One that knows its owner, by finger or PIN. No other factor is asked for. Answers with a cookie.",
    isPublic: true,
    errors: ["UNAUTHORIZED", "DENIED", "UNSUPPORTED", "TOOMANYREQUESTS"],
    schemas: () => ({
      body: z.strictObject({ passkey: assertion() }),
      response: z.strictObject({ account: account() }),
    }),
  }),
  proofOptions: endpoint({
    id: "session.proofOptions",
    method: "POST",
    path: "/api/v1/session/proof/options",
    isForReadonly: true,
    summary: "Begin to prove with a passkey who you are",
    errors: ["DENIED", "UNSUPPORTED"],
    schemas: () => ({ response: requestOptions() }),
  }),
  prove: endpoint({
    id: "session.prove",
    method: "POST",
    path: "/api/v1/session/proof",
    isForReadonly: true,
    summary: "Prove anew who you are",
    description:
      "With one of `password`, `code` (of the authenticator app) and `passkey`. The session goes on under a new cookie; for ten minutes it may change second factors.",
    errors: ["DENIED", "UNSUPPORTED", "TOOMANYREQUESTS", "UNAVAILABLE"],
    schemas: () => ({
      body: z.strictObject({
        password: z.string().max(4_096).optional(),
        code: code().optional(),
        passkey: assertion().optional(),
      }),
      response: z.strictObject({ provenAt: time() }),
    }),
  }),
};
