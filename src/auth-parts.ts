/** Part of the composition root: who calls, and who may do what. */
import { join } from "node:path";
import { Access } from "./access/access.ts";
import type { Needs } from "./access/needs.ts";
import type { Principal } from "./access/principal.ts";
import type { RoleName } from "./access/roles.ts";
import { Accounts } from "./accounts/accounts.ts";
import { Authenticator } from "./auth/authenticator.ts";
import { htpasswdSource } from "./auth/drivers/htpasswd.ts";
import { Logins } from "./auth/logins.ts";
import { Passwords } from "./auth/passwords.ts";
import { createGuard, type Guard } from "./auth/routes/guard.ts";
import { tokenRoutes } from "./auth/routes/token.ts";
import { Setup } from "./auth/setup.ts";
import { SigningKeys } from "./auth/signing-keys.ts";
import type { PasswordSource } from "./auth/source.ts";
import { Throttle } from "./auth/throttle.ts";
import { TokenService } from "./auth/token-service.ts";
import { Tokens } from "./auth/tokens.ts";
import type { Config } from "./config.ts";
import type { Database } from "./database/database.ts";
import { isLoopbackAddress, TrustedProxies } from "./http/client-address.ts";
import type { Route } from "./http/router.ts";
import { Sealer } from "./lib/seal.ts";
import { loadSecretKey } from "./lib/secret-key.ts";
import type { Repositories } from "./repositories/repositories.ts";
import type { Log } from "./telemetry/log.ts";

const LOOK_FOR_CLAIM_MS = 5_000;
const SWEEP_MS = 600_000;

export type AuthParts = {
  access: Access;
  accounts: Accounts;
  authenticator: Authenticator;
  guard: Guard;
  logins: Logins;
  passwords: Passwords;
  proxies: TrustedProxies;
  routes: Route<Needs, Principal>[];
  sealer: Sealer;
  setup: Setup;
  throttle: Throttle;
  tokens: Tokens;
  close: () => Promise<void>;
};

export type AuthOptions = {
  config: Config;
  database: Database;
  repositories: Repositories;
  log: Log;
  isServing: boolean;
};

export async function openAuth(options: AuthOptions): Promise<AuthParts> {
  const { config, database, repositories, log, isServing } = options;
  const { auth, http } = config;
  const sealer = new Sealer(
    await loadSecretKey(config.secretKeyFile ?? join(config.data.directory, "keys/secret.key")),
  );
  const passwords = new Passwords();
  const sources: PasswordSource[] = [];
  const sourceRoles = new Map<string, RoleName>();
  if (auth.htpasswd.file !== undefined) {
    sources.push(await htpasswdSource({ file: auth.htpasswd.file, log, passwords }));
    if (auth.htpasswd.role !== "none") sourceRoles.set("htpasswd", auth.htpasswd.role);
  }
  const access = new Access({ database, sourceRoles });
  const accounts = new Accounts({ database, access });
  const throttle = new Throttle(database);
  const logins = new Logins({ database, accounts, access, passwords, throttle, sources, log });
  const tokens = new Tokens({ database, access });
  const signingKeys = new SigningKeys({ database, sealer });
  const { issuer, service, lifeSeconds, refreshDays } = auth.token;
  const authenticator = new Authenticator({ access, logins, tokens, signingKeys, issuer, service });
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
  const setup = new Setup({ database, accounts, logins, passwords, throttle });
  const isPublic = auth.public;
  const guard = createGuard({
    database,
    accounts,
    authenticator,
    repositories,
    proxies,
    publicUrl: http.publicUrl,
    service,
    openTo: openTo(config, sources),
    isPublic,
    readonly: config.storage.readonly,
  });
  const routes = tokenRoutes({
    database,
    authenticator,
    tokenService,
    tokens,
    signingKeys,
    proxies,
    isPublic,
    refreshDays,
    guard,
  });
  await claimFromConfig(config, accounts, setup, log);
  // Another process may give the registry its first administrator.
  const looking = setInterval(() => void accounts.isClaimed().catch(() => undefined), LOOK_FOR_CLAIM_MS).unref();
  const sweeping = setInterval(() => void throttle.expire().catch(() => undefined), SWEEP_MS).unref();
  if (isServing && !accounts.isKnownClaimed && sources.length === 0) {
    log.info("nobody has claimed this registry yet: berth admin create does, or its web page with this code", {
      setupCode: setup.code,
    });
  }

  return {
    access,
    accounts,
    authenticator,
    guard,
    logins,
    passwords,
    proxies,
    routes,
    sealer,
    setup,
    throttle,
    tokens,
    close: async () => {
      clearInterval(looking);
      clearInterval(sweeping);
      for (const source of sources) await source.close();
    },
  };
}

/** An instance that nobody has claimed is open to its own machine, under a name that no other site can make its own. */
function openTo(config: Config, sources: readonly PasswordSource[]): "everyone" | "loopback" | "nobody" {
  if (sources.length > 0) return "nobody";
  if (config.open) return "everyone";
  return isLoopbackAddress(config.http.host) ? "loopback" : "nobody";
}

async function claimFromConfig({ admin }: Config, accounts: Accounts, setup: Setup, log: Log): Promise<void> {
  if ((await accounts.isClaimed()) || admin.username === undefined) return;
  if (admin.password === undefined) throw new Error("admin.username is set, admin.password is not: set both or none");
  const { name } = await setup.claim({ name: admin.username, password: admin.password.reveal() });
  log.info("the registry was claimed for the configured administrator", { name });
}
