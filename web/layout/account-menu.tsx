/** Who is signed in, and what is theirs; or the way in. */
import { useInstance, useMe } from "../data/me.ts";
import { ButtonLink } from "../ui/button.tsx";
import { LaterMenu } from "../ui/later-menu.tsx";
import { accountButton } from "./account-button.tsx";

const loadItems = async () => ({ default: (await import("./account-items.tsx")).AccountItems });

export function AccountMenu() {
  const me = useMe();
  const instance = useInstance();
  if (me === undefined || instance === undefined) return <span className="size-9" />;
  if (me !== null) return <LaterMenu key={me.id} {...accountButton(me.name)} load={loadItems} />;
  if (!instance.isClaimed) return null;
  return (
    <ButtonLink kind="primary" to="/login" search={{ next: undefined }}>
      Sign in
    </ButtonLink>
  );
}
