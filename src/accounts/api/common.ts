/** Schemas that endpoints of namespaces, members, teams, grants and robots share. */
import { z } from "zod";
import { SCOPE_ACTIONS } from "../../access/ceiling.ts";
import { ROLES } from "../../access/roles.ts";
import { named } from "../../contract/endpoint.ts";

/** In a path: whether it is a name is seen when it is looked for. */
export const pathName = named("Name", () => z.string().min(1).max(255));

export const pathId = named("Id", () =>
  z
    .string()
    .regex(/^[1-9]\d{0,14}$/, "expected a number")
    .max(15),
);

export const time = named("Time", () => z.string(), "RFC 3339, in UTC.");

export const role = named(
  "Role",
  () => z.enum(["read", "write", "maintain", "admin"]),
  `Least first: ${ROLES.join(", ")}.`,
);

export const memberRole = named("MemberRole", () => z.enum(["owner", "member"]));

export const description = () => z.string().max(1_000);

export const scopes = named(
  "TokenScopes",
  () =>
    z
      .array(
        z.strictObject({
          actions: z.array(z.enum(SCOPE_ACTIONS)).min(1).max(SCOPE_ACTIONS.length),
          pattern: z.string().min(1).max(255).describe("A repository's name in which * stands for any characters."),
        }),
      )
      .min(1)
      .max(50),
  "What a token lets through of what its account may do.",
);
