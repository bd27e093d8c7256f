/** Who is signed in, and what is theirs; or the way in. */
import { useNavigate } from "@tanstack/react-router";
import { CircleUserRound } from "lucide-react";
import { client } from "../data/client.ts";
import { useForgetEverything, useInstance, useMe } from "../data/me.ts";
import { useChange } from "../data/query.ts";
import { ButtonLink } from "../ui/button.tsx";
import { Menu, MenuItem, MenuLine, MenuLink } from "../ui/menu.tsx";

export function AccountMenu() {
  const me = useMe();
  const instance = useInstance();
  const navigate = useNavigate();
  const forget = useForgetEverything();
  const signOut = useChange(client.session.delete, {
    onDone: async () => {
      await navigate({ to: "/" });
      await forget();
    },
  });
  if (me === undefined || instance === undefined) return <span className="size-9" />;
  if (me === null) {
    if (!instance.isClaimed) return null;
    return (
      <ButtonLink kind="primary" to="/login" search={{ next: undefined }}>
        Sign in
      </ButtonLink>
    );
  }
  return (
    <Menu
      label={`Account of ${me.name}`}
      button={
        <>
          <CircleUserRound size={18} aria-hidden="true" />
          <span className="hidden max-w-32 truncate sm:inline">{me.name}</span>
        </>
      }
      buttonClassName="inline-flex h-9 items-center gap-2 rounded-md px-2 text-sm hover:bg-hover"
    >
      <MenuLink to="/n/$" params={{ _splat: me.name }}>
        My repositories
      </MenuLink>
      <MenuLink to="/settings/$section" params={{ section: "starred" }}>
        Starred
      </MenuLink>
      <MenuLink to="/settings/$section" params={{ section: "organisations" }}>
        Organisations
      </MenuLink>
      <MenuLine />
      <MenuLink to="/settings">Settings</MenuLink>
      <MenuLink to="/settings/$section" params={{ section: "tokens" }}>
        Access tokens
      </MenuLink>
      <MenuLine />
      <MenuItem onSelect={() => signOut.mutate(undefined)}>Sign out</MenuItem>
    </Menu>
  );
}
