/** The way through the sections: at the side, or as a choice where the window is narrow. */
import { Link, useNavigate } from "@tanstack/react-router";
import { SelectField } from "../../ui/field.tsx";
import { toAdmin } from "./address.ts";
import type { AdminSection } from "./admin-pages.tsx";

type NavProps = { sections: readonly AdminSection[]; current: string };

const LINK =
  "rounded-md px-3 py-1.5 text-sm text-soft hover:bg-hover hover:text-ink aria-[current=page]:bg-accent-tint aria-[current=page]:font-medium aria-[current=page]:text-accent";

export function AdminNav({ sections, current }: NavProps) {
  const navigate = useNavigate();
  const go = (section: string) => navigate(section === "" ? { to: "/admin" } : toAdmin(section));
  return (
    <>
      <SelectField
        label="Part of the administration"
        className="md:hidden"
        value={current}
        onChange={(event) => void go(event.target.value)}
      >
        {sections.map(({ section, title }) => (
          <option key={section} value={section}>
            {title}
          </option>
        ))}
      </SelectField>
      <nav aria-label="Administration" className="sticky top-20 hidden flex-col gap-0.5 self-start md:flex">
        {sections.map(({ section, title }) =>
          section === "" ? (
            <Link key={section} to="/admin" activeOptions={{ exact: true }} className={LINK}>
              {title}
            </Link>
          ) : (
            <Link key={section} {...toAdmin(section)} className={LINK}>
              {title}
            </Link>
          ),
        )}
      </nav>
    </>
  );
}
