/** The endpoint of the table of rights. */
import { z } from "zod";
import { endpoint } from "../../contract/endpoint.ts";
import { role } from "./common.ts";

const line = () => z.strictObject({ action: z.string(), who: z.string(), does: z.string() });

export const rolesApi = {
  list: endpoint({
    id: "roles.list",
    method: "GET",
    path: "/api/v1/access/roles",
    summary: "Read who may do what",
    description: "The table that every request is judged by.",
    tags: ["access"],
    isPublic: true,
    schemas: () => ({
      response: z.strictObject({
        roles: z.array(role()).describe("Least first: each may do what those before it may."),
        repository: z.array(z.strictObject({ action: z.string(), role: role(), does: z.string() })),
        namespace: z.array(line()),
        registry: z.array(line()),
      }),
    }),
  }),
};
