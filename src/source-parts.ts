/** Part of the composition root: the places elsewhere that know people, as the configuration names them. */
import type { RoleName } from "./access/roles.ts";
import type { OidcProvider } from "./auth/drivers/oidc.ts";
import type { Passwords } from "./auth/passwords.ts";
import type { PasswordSource } from "./auth/source.ts";
import type { Config } from "./config.ts";
import type { Log } from "./telemetry/log.ts";

export type Sources = {
  /** In the order in which they are asked: the htpasswd file, then the directories as they are configured. */
  passwords: readonly PasswordSource[];
  /** By the name that is part of their addresses. */
  providers: ReadonlyMap<string, OidcProvider>;
  /** Of all of these, as identities have them. */
  names: ReadonlySet<string>;
  /** What everybody whom a source knows may do in every repository. */
  roles: ReadonlyMap<string, RoleName>;
};

/** What is not configured is not even loaded. Throws when the htpasswd file cannot be read. */
export async function openSources({ auth }: Config, parts: { log: Log; passwords: Passwords }): Promise<Sources> {
  const { log, passwords } = parts;
  const sources: PasswordSource[] = [];
  const providers = new Map<string, OidcProvider>();
  const roles = new Map<string, RoleName>();
  const { file, role } = auth.htpasswd;
  if (file !== undefined) {
    const { htpasswdSource } = await import("./auth/drivers/htpasswd.ts");
    sources.push(await htpasswdSource({ file, log, passwords }));
    if (role !== "none") roles.set("htpasswd", role);
  }
  for (const [name, options] of Object.entries(auth.ldap)) {
    const { ldapSource } = await import("./auth/drivers/ldap.ts");
    sources.push(ldapSource({ ...options, name, log }));
  }
  for (const [name, options] of Object.entries(auth.oidc)) {
    const { OidcProvider } = await import("./auth/drivers/oidc.ts");
    providers.set(name, new OidcProvider({ config: { ...options, name } }));
  }
  const names = new Set([...sources.map((it) => it.name), ...[...providers.values()].map((it) => it.source)]);
  return { passwords: sources, providers, names, roles };
}
