/**
 * The port to places that know people: an htpasswd file, a directory, a login provider. Several stand side by side;
 * which account an identity belongs to is not theirs to say. `drivers/` holds the implementations.
 */

/** What a source says of someone who proved to be it. All texts come from outside, bounded in length by the driver. */
export type Identity = {
  /** `htpasswd`, `ldap:<name>` or `oidc:<name>`. */
  source: string;
  /** Never changes at the source and is never given to another: with `source` it names the identity. */
  subject: string;
  /** The name that the source uses, as it is written there. */
  login: string;
  displayName: string | null;
  email: string | null;
  /** Whether the source vouches for the address; only then may it be relied on. */
  isEmailVerified: boolean;
  /** Names of groups, for mapping to teams. */
  groups: readonly string[];
};

/** Asks for a name and a password. */
export interface PasswordSource {
  readonly name: string;
  /** Null for a login that is not there and for a wrong password alike. Throws SourceUnavailableError. */
  verify(login: string, password: string): Promise<Identity | null>;
  /**
   * When what the source knows was last seen to change, in ms since 1970; looks again when it has not for a second. Of a source
   * that can tell, what was proven after that holds for minutes. Never throws.
   */
  revision?(): Promise<number>;
  close(): Promise<void>;
}

/** The source cannot be asked at the moment: neither right nor wrong. */
export class SourceUnavailableError extends Error {
  override readonly name = "SourceUnavailableError";
}
