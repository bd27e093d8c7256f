/**
 * Stands in the pages for the library that the hub API's schemas are made with. Endpoints bring functions that make schemas, for
 * the server and for types; the pages never call them, and do without the 25 kB that those would need.
 */
export const z: never = new Proxy({} as never, {
  get: () => {
    throw new Error("the pages have no schemas: the server checks what it is sent");
  },
});
