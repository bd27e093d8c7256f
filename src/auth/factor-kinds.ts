/** What an account can show besides its password. */
export const SECOND_FACTORS = ["totp", "passkey", "backup-code"] as const;
export type SecondFactorKind = (typeof SECOND_FACTORS)[number];
