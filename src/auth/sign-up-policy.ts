/** Who may make an account without an administrator: everybody, whoever was invited, nobody. */
export const SIGN_UP_POLICIES = ["open", "invitation", "closed"] as const;
export type SignUpPolicy = (typeof SIGN_UP_POLICIES)[number];
