/** The way back to a section, in the heading of one of its subjects. */
import { Link } from "@tanstack/react-router";
import { toAdmin } from "./address.ts";

export function Crumb({ section, title }: { section: string; title: string }) {
  return (
    <>
      <Link {...toAdmin(section)} className="link underline underline-offset-4">
        {title}
      </Link>{" "}
      /{" "}
    </>
  );
}
