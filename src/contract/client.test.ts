import { describe, expect, test } from "bun:test";
import { exampleApi, repositoriesApi, tagsApi, tokensApi } from "../../test/support/example-contract.ts";
import { addressOf, createClient, ProblemError } from "./client.ts";

type Sent = { url: string; init: RequestInit };

function clientOf(...answers: Response[]) {
  const sent: Sent[] = [];
  const fetch = async (url: string, init: RequestInit) => {
    sent.push({ url, init });
    return answers.shift() ?? new Response(null, { status: 500 });
  };
  return {
    sent,
    client: createClient(exampleApi, { baseUrl: "http://hub", fetch, headers: { Authorization: "Bearer t" } }),
  };
}

describe("addresses", () => {
  test("a repository's slashes stand as they are, everything else is encoded", () => {
    expect(addressOf(tagsApi.get, { params: { repository: "acme/team/api", tag: "a b/c?d#é" } })).toBe(
      "/api/v1/repositories/acme/team/api/-/tags/a%20b%2Fc%3Fd%23%C3%A9",
    );
    expect(
      addressOf(tagsApi.list, {
        params: { repository: "a" },
        query: { limit: 5, platform: ["amd64", "arm64"], after: undefined },
      }),
    ).toBe("/api/v1/repositories/a/-/tags?limit=5&platform=amd64&platform=arm64");
    expect(addressOf(tagsApi.list, { params: { repository: "a" }, query: { after: "a&b=c +%" } })).toBe(
      "/api/v1/repositories/a/-/tags?after=a%26b%3Dc+%2B%25",
    );
  });

  test.each(["", ".", "..", "a/../../tokens", "a//b", "/a", "a/", "../v2", "a/./b"])(
    "a repository %j leads nowhere else",
    (repository) => {
      expect(() => addressOf(repositoriesApi.get, { params: { repository } })).toThrow("cannot be");
    },
  );

  test.each([[undefined], [null], [{}], [["1"]]])("%j is not text", (id) => {
    expect(() => addressOf(tokensApi.ping, { params: { id } })).toThrow(TypeError);
  });
});

test("a request says what it is", async () => {
  const { sent, client } = clientOf(
    Response.json({ id: "1", secret: "s" }, { status: 201 }),
    new Response(null, { status: 204 }),
  );
  await client.tokens.create({ body: { name: "a" } });
  await client.repositories.delete({ params: { repository: "a" } }, { ifMatch: '"5"' });
  expect(sent[0]).toEqual({
    url: "http://hub/api/v1/tokens",
    init: {
      method: "POST",
      headers: {
        Accept: "application/json, application/problem+json",
        "Content-Type": "application/json",
        Authorization: "Bearer t",
      },
      body: '{"name":"a"}',
    },
  });
  expect(sent[1]?.init.headers).toMatchObject({ "If-Match": '"5"' });
  expect(sent[1]?.init.body).toBeUndefined();
});

test("what is not a problem of ours is one for the caller too", async () => {
  const answers: [Response, object][] = [
    [
      new Response("<html>bad gateway", { status: 502 }),
      { status: 502, code: "UNKNOWN", message: "<html>bad gateway" },
    ],
    [
      new Response("", { status: 503, headers: { "Retry-After": "7" } }),
      { status: 503, retryAfterSeconds: 7, message: "status 503" },
    ],
    [new Response('{"code":5,"detail":[],"errors":[1,{"path":1}]}', { status: 400 }), { code: "UNKNOWN" }],
    [new Response("null", { status: 404, headers: { "Retry-After": "soon" } }), { retryAfterSeconds: null }],
    [
      new Response('{"code":"DENIED","detail":"no","status":200}', { status: 403 }),
      { status: 403, code: "DENIED", message: "no" },
    ],
  ];
  for (const [answer, expected] of answers) {
    const failed = await clientOf(answer)
      .client.repositories.get({ params: { repository: "a" } })
      .catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(ProblemError);
    expect(failed).toMatchObject(expected);
  }
});

test("pages are asked for as they are wanted", async () => {
  const page = (names: string[], next: string | null) =>
    Response.json({ items: names.map((name) => ({ name, revision: 1 })), next });
  const { sent, client } = clientOf(page(["a", "b"], "x"), page([], "y"), page(["c"], null));
  const entries = client.tags.list.each({ params: { repository: "r" }, query: { limit: 2 } });
  expect((await entries.next()).value).toEqual({ name: "a", revision: 1 });
  expect(sent).toHaveLength(1);
  const rest: string[] = [];
  for await (const { name } of entries) rest.push(name);
  expect(rest).toEqual(["b", "c"]);
  expect(sent.map(({ url }) => url.split("?")[1])).toEqual(["limit=2", "limit=2&after=x", "limit=2&after=y"]);
});

test("types", () => {
  const { client } = clientOf();
  const wrong = async () => {
    // @ts-expect-error params are needed
    await client.repositories.get();
    // @ts-expect-error no such field
    await client.tokens.create({ body: { name: "a", admin: true } });
    // @ts-expect-error not a list, so its entries are nothing
    for await (const { name } of client.repositories.get.each({ params: { repository: "a" } })) void name;
    // @ts-expect-error no such endpoint
    await client.tokens.revoke();
    const made: { secret: string } = await client.tokens.create({ body: { name: "a" } });
    return made;
  };
  expect(wrong).toBeFunction();
});
