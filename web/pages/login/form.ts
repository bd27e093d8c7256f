/** What stands in a form, as text by the fields' names; empty where there is no such field. */
export function fields(form: FormData): Record<"name" | "password" | "email" | "code" | "login", string> {
  const textOf = (name: string) => {
    const value = form.get(name);
    return typeof value === "string" ? value.trim() : "";
  };
  // Spaces at a password's ends belong to it.
  const password = form.get("password");
  return {
    name: textOf("name"),
    password: typeof password === "string" ? password : "",
    email: textOf("email"),
    code: textOf("code"),
    login: textOf("login"),
  };
}
