/** The hub API of the instance itself: what the first page needs, health, the configuration in force, tests of sources. */
import { z } from "zod";
import { SIGN_UP_POLICIES } from "../auth/sign-up-policy.ts";
import { endpoint, named } from "../contract/endpoint.ts";

const time = () => z.iso.datetime();

export const instanceApi = {
  get: endpoint({
    id: "instance.get",
    method: "GET",
    path: "/api/v1/instance",
    summary: "What a first page needs to know",
    isPublic: true,
    schemas: () => ({
      response: z.strictObject({
        name: z.string(),
        version: z.string(),
        url: z.string().describe("Origin under which the caller reaches this server, or the configured one."),
        host: z.string().describe("What image names begin with: `docker pull <host>/IMAGE`."),
        isPublicUrlSet: z.boolean(),
        isClaimed: z.boolean().describe("False: nobody has made the first administrator yet."),
        isOpen: z.boolean().describe("Whoever asks from here may do everything, without an account."),
        isOpenTo: z.enum(["everyone", "loopback", "nobody"]).describe("Who may, as long as nobody has claimed it."),
        isPublic: z.boolean().describe("Whether strangers see public repositories."),
        isReadOnly: z.boolean(),
        canDelete: z.boolean(),
        binKeepSeconds: z.int().describe("For how long what was deleted can be had back."),
        signUp: z.enum(SIGN_UP_POLICIES).describe("Who may make an account without an administrator."),
        organisationCreation: z.enum(["everyone", "administrators"]).describe("Who may make organisations."),
        hasMail: z.boolean().describe("Whether mails with links are sent: by `mail.host`, with `http.publicUrl`."),
        hasProviders: z.boolean().describe("Whether there are login providers; `loginMethods.list` names them."),
        hasDirectories: z.boolean().describe("Whether passwords are also checked elsewhere."),
        isHttps: z.boolean(),
        canSignIn: z.boolean().describe("Whether a browser gets a session over this connection."),
        signInProblem: z.string().nullable().describe("Why not, and what to do."),
        isSignInExposed: z
          .boolean()
          .describe("It does, and others can read along: `http.insecureSessions` allows plain HTTP from elsewhere."),
      }),
    }),
  }),
};

const check = named("HealthCheck", () =>
  z.strictObject({
    id: z.string(),
    title: z.string(),
    state: z.enum(["ok", "warning", "error"]),
    message: z.string(),
    action: z.string().nullable().describe("What to do; null where all is well."),
    value: z.union([z.number(), z.string()]).nullable(),
  }),
);

export const administrationApi = {
  health: endpoint({
    id: "administration.health",
    method: "GET",
    path: "/api/v1/administration/health",
    summary: "How the server is",
    description: "For auditors and administrators.",
    schemas: () => ({
      response: z.strictObject({
        state: z.enum(["ok", "warning", "error"]).describe("The worst of all."),
        version: z.string(),
        node: z.string(),
        startedAt: time(),
        uptimeSeconds: z.int(),
        database: z.enum(["sqlite", "postgres"]),
        storage: z.string(),
        residentBytes: z.int(),
        checkedAt: time(),
        checks: z.array(check()),
      }),
    }),
  }),
  configuration: endpoint({
    id: "administration.configuration",
    method: "GET",
    path: "/api/v1/administration/configuration",
    summary: "The configuration in force",
    description: "For auditors and administrators. Secrets are not told.",
    schemas: () => ({
      response: z.strictObject({
        warnings: z.array(z.string()),
        items: z.array(
          z.strictObject({
            key: z.string(),
            variable: z.string().describe("The environment variable that sets it."),
            description: z.string(),
            value: z.string().nullable().describe("As in the file, as JSON; `set` for a secret; null: not set."),
            defaultValue: z.string().nullable().describe("As JSON; null: none."),
            isSecret: z.boolean(),
            isDefault: z.boolean(),
            origin: z.string().describe("`default`, a file with its line, a variable, or a flag."),
          }),
        ),
      }),
    }),
  }),
  counts: endpoint({
    id: "administration.counts",
    method: "GET",
    path: "/api/v1/administration/counts",
    summary: "How many accounts there are of which sort",
    description: "For auditors and administrators. Counted up to 100,000.",
    schemas: () => ({
      response: z.strictObject({
        people: z.int(),
        robots: z.int(),
        administrators: z.int(),
        auditors: z.int(),
        disabled: z.int(),
        organisations: z.int(),
        repositories: z.int(),
      }),
    }),
  }),
  listSources: endpoint({
    id: "administration.listSources",
    method: "GET",
    path: "/api/v1/administration/identity-sources",
    summary: "List the sources of identities",
    description: "For auditors and administrators.",
    schemas: () => ({
      response: z.strictObject({
        items: z.array(
          z.strictObject({
            name: z.string().describe("`local`, `htpasswd`, `ldap:<name>`, `oidc:<name>` or `mail`."),
            kind: z.enum(["local", "htpasswd", "ldap", "oidc", "mail"]),
            displayName: z.string(),
            address: z.string().nullable().describe("Where it is: a URL or a file, without secrets."),
            canTest: z.boolean(),
            takesLogin: z.boolean().describe("Whether its test can look for somebody."),
            lastTest: z.strictObject({ at: time(), isOk: z.boolean() }).nullable().describe("By this server."),
          }),
        ),
      }),
    }),
  }),
  testSource: endpoint({
    id: "administration.testSource",
    method: "POST",
    path: "/api/v1/administration/identity-sources/<source>/test",
    summary: "Test a source of identities, or the mail server",
    description:
      "For administrators. A directory is bound to and, with `login`, asked for that person; with `password` too, whether it is right. A provider's discovery document and keys are fetched. `mail` sends a message to the caller's own address.",
    errors: ["NOT_FOUND", "TOOMANYREQUESTS"],
    schemas: () => ({
      params: {
        source: z
          .string()
          .max(64)
          .regex(/^(?:htpasswd|mail|(?:ldap|oidc):[a-z0-9-]{1,32})$/, "expected a source's name"),
      },
      body: z.strictObject({
        login: z.string().min(1).max(255).optional(),
        password: z.string().min(1).max(4_096).optional(),
      }),
      response: z.strictObject({
        isOk: z.boolean(),
        steps: z.array(
          z.strictObject({
            title: z.string(),
            isOk: z.boolean(),
            message: z.string(),
            milliseconds: z.int(),
          }),
        ),
        identity: z
          .strictObject({
            subject: z.string(),
            login: z.string(),
            displayName: z.string().nullable(),
            email: z.string().nullable(),
            groups: z.array(z.string()).max(1_000),
          })
          .nullable()
          .describe("Who was found."),
      }),
    }),
  }),
};
