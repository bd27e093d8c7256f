/** Part of the composition root: who calls, and who may do what. */
import { join } from "node:path";
import { Access } from "./access/access.ts";
import type { LimitCheck } from "./access/limit-check.ts";
import type { Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import { Accounts } from "./accounts/accounts.ts";
import { GroupSync } from "./accounts/group-sync.ts";
import type { AuditTrail } from "./audit/audit-trail.ts";
import { AccountMail } from "./auth/account-mail.ts";
import { Administration } from "./auth/administration.ts";
import { Authenticator } from "./auth/authenticator.ts";
import type { OidcProvider } from "./auth/drivers/oidc.ts";
import { Identities } from "./auth/identities.ts";
import { InteractiveLogin } from "./auth/interactive-login.ts";
import { Logins } from "./auth/logins.ts";
import { Passwords } from "./auth/passwords.ts";
import { createGuard, type Guard } from "./auth/routes/guard.ts";
import { tokenRoutes } from "./auth/routes/token.ts";
import { BrowserSessions } from "./auth/sessions.ts";
import { Setup } from "./auth/setup.ts";
import { SigningKeys } from "./auth/signing-keys.ts";
import type { PasswordSource } from "./auth/source.ts";
import { Throttle } from "./auth/throttle.ts";
import { TokenService } from "./auth/token-service.ts";
import { Tokens } from "./auth/tokens.ts";
import { TrustRules } from "./auth/trust-rules.ts";
import { WorkloadTokens } from "./auth/workload-tokens.ts";
import type { Config } from "./config.ts";
import type { Database } from "./database/database.ts";
import type { FactorParts } from "./factor-parts.ts";
import { isLoopbackAddress, TrustedProxies } from "./http/client-address.ts";
import type { Route } from "./http/router.ts";
import { once } from "./lib/once.ts";
import { Sealer } from "./lib/seal.ts";
import { loadSecretKey } from "./lib/secret-key.ts";
import { Mailer } from "./mail/mailer.ts";
import type { Repositories } from "./repositories/repositories.ts";
import { openSources, type Sources } from "./source-parts.ts";
import type { Log } from "./telemetry/log.ts";

const LOOK_FOR_CLAIM_MS = 5_000;
const SWEEP_MS = 600_000;

export type AuthParts = {
  access: Access;
  /** Opened with the first login in a browser. */
  factors: () => Promise<FactorParts>;
  accounts: Accounts;
  administration: Administration;
  audit: AuditTrail;
  authenticator: Authenticator;
  groupSync: GroupSync;
  guard: Guard;
  identities: Identities;
  /** Whether browsers may log in over plain HTTP from other machines. */
  insecureSessions: boolean;
  interactive: InteractiveLogin;
  logins: Logins;
  mail: AccountMail;
  mailer: Mailer;
  /** Who gets in without an account while nobody has claimed the registry. */
  openTo: "everyone" | "loopback" | "nobody";
  passwords: Passwords;
  /** Places elsewhere that check passwords. */
  passwordSources: readonly PasswordSource[];
  /** Login providers, by name. */
  providers: ReadonlyMap<string, OidcProvider>;
  proxies: TrustedProxies;
  routes: Route<Needs, Principal>[];
  sealer: Sealer;
  sessions: BrowserSessions;
  setup: Setup;
  throttle: Throttle;
  tokens: Tokens;
  trustRules: TrustRules;
  close: () => Promise<void>;
};

export type AuthOptions = {
  config: Config;
  database: Database;
  repositories: Repositories;
  audit: AuditTrail;
  limits: LimitCheck;
  log: Log;
  isServing: boolean;
};

export async function openAuth(options: AuthOptions): Promise<AuthParts> {
  const { config, database, repositories, audit, log, isServing } = options;
  const { auth, http } = config;
  const secretKey = await loadSecretKey(config.secretKeyFile ?? join(config.data.directory, "keys/secret.key"));
  const sealer = new Sealer(secretKey);
  const passwords = new Passwords();
  const sources = await openSources(config, { log, passwords });
  const access = new Access({ database, sourceRoles: sources.roles });
  const accounts = new Accounts({ database, access });
  const throttle = new Throttle(database);
  const groupSync = new GroupSync({ access, audit, limits: options.limits });
  const logins = new Logins({
    database,
    accounts,
    access,
    passwords,
    throttle,
    sources: sources.passwords,
    groupSync,
    audit,
    log,
  });
  const tokens = new Tokens({ database, access });
  const sessions = new BrowserSessions({ database, access });
  const signingKeys = new SigningKeys({ database, sealer, log });
  const { issuer, service, lifeSeconds, refreshDays } = auth.token;
  const { issuers } = auth.workload;
  const trustRules = new TrustRules({ database, access, issuers, tokens: new WorkloadTokens() });
  const authenticator = new Authenticator({
    access,
    logins,
    tokens,
    trustRules,
    sessions,
    signingKeys,
    audit,
    issuer,
    service,
  });
  const tokenService = new TokenService({
    database,
    repositories,
    logins,
    signingKeys,
    issuer,
    service,
    lifeSeconds,
  });
  const proxies = new TrustedProxies(http.trustedProxies);
  const setup = new Setup({ database, accounts, logins, passwords, throttle, audit });
  const mailer = new Mailer({ config: config.mail ?? null });
  const mail = new AccountMail({
    database,
    accounts,
    logins,
    passwords,
    throttle,
    mailer,
    audit,
    publicUrl: http.publicUrl,
    log,
  });
  const factors = once(async () => {
    const { openFactors } = await import("./factor-parts.ts");
    return openFactors({ database, access, sealer, throttle, sessions, tokens, audit, log });
  });
  const administration = new Administration({
    database,
    accounts,
    logins,
    passwords,
    sessions,
    tokens,
    setup,
    audit,
    reseal: async (by, oldKeyFile) => {
      const { reseal } = await import("./auth/reseal.ts");
      return await reseal({ database, audit, secretKey }, by, oldKeyFile);
    },
    removeFactors: async (owner) => await (await factors()).factors.removeAll(owner),
  });
  const interactive = new InteractiveLogin({
    database,
    accounts,
    logins,
    sessions,
    sealer,
    audit,
    mail,
    secondFactorsOf: async (id) => await (await factors()).factors.kinds(id),
  });
  const identities = new Identities({
    database,
    access,
    accounts,
    audit,
    groupSync,
    sessions,
    throttle,
    sources: sources.passwords,
    sourceNames: sources.names,
  });
  const isPublic = auth.public;
  const guard = createGuard({
    database,
    accounts,
    authenticator,
    repositories,
    audit,
    proxies,
    publicUrl: http.publicUrl,
    service,
    openTo: openTo(config, sources),
    hasSources: hasSources(sources),
    isPublic,
    readonly: config.storage.readonly,
  });
  const routes = tokenRoutes({
    database,
    audit,
    authenticator,
    tokenService,
    tokens,
    sessions,
    logins,
    signingKeys,
    proxies,
    isPublic,
    refreshDays,
    guard,
  });
  await claimFromConfig(config, accounts, setup, log);
  // Another process may give the registry its first administrator.
  const looking = setInterval(() => void accounts.isClaimed().catch(() => undefined), LOOK_FOR_CLAIM_MS).unref();
  const sweep = () => Promise.all([throttle.expire(), sessions.expire(), mail.expire()]).catch(() => undefined);
  const sweeping = setInterval(() => void sweep(), SWEEP_MS).unref();
  if (isServing && !accounts.isKnownClaimed && !hasSources(sources)) {
    log.info("nobody has claimed this registry yet: berth admin create does, or its web page with this code", {
      setupCode: setup.code,
    });
  }

  return {
    factors,
    access,
    accounts,
    administration,
    audit,
    authenticator,
    groupSync,
    guard,
    identities,
    insecureSessions: http.insecureSessions,
    interactive,
    logins,
    mail,
    mailer,
    openTo: openTo(config, sources),
    passwords,
    passwordSources: sources.passwords,
    providers: sources.providers,
    proxies,
    routes,
    sealer,
    sessions,
    setup,
    throttle,
    tokens,
    trustRules,
    close: async () => {
      clearInterval(looking);
      clearInterval(sweeping);
      for (const source of sources.passwords) await source.close();
    },
  };
}

/** An instance that nobody has claimed is open to its own machine, under a name that no other site can make its own. */
function openTo(config: Config, sources: Sources): "everyone" | "loopback" | "nobody" {
  if (hasSources(sources)) return "nobody";
  if (config.open) return "everyone";
  return isLoopbackAddress(config.http.host) ? "loopback" : "nobody";
}

function hasSources({ passwords, providers }: Sources): boolean {
  return passwords.length + providers.size > 0;
}

async function claimFromConfig({ admin }: Config, accounts: Accounts, setup: Setup, log: Log): Promise<void> {
  if ((await accounts.isClaimed()) || admin.username === undefined) return;
  if (admin.password === undefined) throw new Error("admin.username is set, admin.password is not: set both or none");
  const { name } = await setup.claim({ name: admin.username, password: admin.password.reveal() });
  log.info("the registry was claimed for the configured administrator", { name });
}
