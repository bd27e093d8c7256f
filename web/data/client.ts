/** The hub API as the pages call it: typed by the endpoints themselves. */
import { createClient } from "../../src/contract/client.ts";
import { pagesApi } from "./api.ts";

export { ProblemError } from "../../src/contract/client.ts";

export const client = createClient(pagesApi, {
  baseUrl: "",
  fetch: (url, init) => fetch(url, init),
  // That it is a page which asks: else the browser would be told to ask for a name and a password by itself.
  headers: { "X-Requested-With": "berth-pages" },
});
