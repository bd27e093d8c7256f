/** What is the signed-in person's, in the account's menu. */
import { useNavigate } from "@tanstack/react-router";
import { client } from "../data/client.ts";
import { useForgetEverything, useMe } from "../data/me.ts";
import { useChange } from "../data/query.ts";
import { Menu, MenuItem, MenuLine, MenuLink } from "../ui/menu.tsx";
import { accountButton } from "./account-button.tsx";

export function AccountItems() {
  const me = useMe();
  const navigate = useNavigate();
  const forget = useForgetEverything();
  const signOut = useChange(client.session.delete, {
    onDone: async () => {
      await navigate({ to: "/" });
      await forget();
    },
  });
  if (me === undefined || me === null) return null;
  return (
    <Menu {...accountButton(me.name)} isOpenAtFirst>
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
