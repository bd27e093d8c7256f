/** The hub API's endpoints of the rules under which a CI's own token is a robot. */
import { z } from "zod";
import { endpoint, named } from "../contract/endpoint.ts";
import { pageOf } from "../contract/page.ts";

const rule = named(
  "TrustRule",
  () =>
    z.strictObject({
      id: z.string(),
      name: z.string(),
      issuer: z.string(),
      audience: z.string(),
      conditions: z.record(z.string(), z.string()),
      createdAt: z.iso.datetime(),
    }),
  "Whoever shows a token of this issuer, for this audience, whose claims fit all conditions, is the robot.",
);

const PATH = "/api/v1/namespaces/<namespace>/robots/<robot>/trust-rules";
const pathName = () => z.string().min(1).max(255);
const params = () => ({ namespace: pathName(), robot: pathName() });

export const trustRulesApi = {
  list: endpoint({
    id: "trustRules.list",
    method: "GET",
    path: PATH,
    summary: "List a robot's trust rules",
    errors: ["NOT_FOUND"],
    schemas: () => ({ params: params(), response: pageOf(rule()) }),
  }),
  create: endpoint({
    id: "trustRules.create",
    method: "POST",
    path: PATH,
    summary: "Trust a CI's tokens",
    description:
      "The CI then logs in with the robot's name and its own token as the password, or changes the token for a registry token at `/token` as RFC 8693 says. The operator names the issuers that can be trusted, in `auth.workload.issuers`.",
    status: 201,
    errors: ["CONFLICT", "NOT_FOUND"],
    schemas: () => ({
      params: params(),
      body: z.strictObject({
        name: z.string().min(1).max(100).describe("For people."),
        issuer: z.string().max(1_000).describe("Exactly as the tokens' `iss` has it."),
        audience: z.string().min(1).max(255).describe("Exactly as the tokens' `aud` has it; choose one of your own."),
        conditions: z
          .record(z.string().max(100), z.string().max(512))
          .describe("Claim to pattern, such as `sub` to `repo:acme/api:*`; `*` stands for any characters."),
      }),
      response: rule(),
    }),
  }),
  delete: endpoint({
    id: "trustRules.delete",
    method: "DELETE",
    path: `${PATH}/<rule>`,
    summary: "Delete a trust rule",
    description: "What was got under it ends at once.",
    errors: ["NOT_FOUND"],
    schemas: () => ({
      params: {
        ...params(),
        rule: z
          .string()
          .max(15)
          .regex(/^[1-9]\d{0,14}$/, "expected a number"),
      },
    }),
  }),
};
