/** What stands around every page. */
import { Link, Outlet } from "@tanstack/react-router";
import { useInstance, useMe } from "../data/me.ts";
import { AccountMenu } from "./account-menu.tsx";
import { Arrival } from "./arrival.tsx";
import { InstanceBanner } from "./instance-banner.tsx";
import { Logo } from "./logo.tsx";
import { SearchBox } from "./search-box.tsx";
import { ThemeMenu } from "./theme-menu.tsx";

const NAV =
  "rounded-md px-2.5 py-1.5 text-sm text-soft hover:bg-hover hover:text-ink aria-[current=page]:font-medium aria-[current=page]:text-ink";

export function Shell() {
  const me = useMe();
  const instance = useInstance();
  const isAdministrator = me !== null && me !== undefined && me.systemRole !== "none";
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        // Some addresses carry a code behind their #, which has to stay.
        onClick={(event) => {
          event.preventDefault();
          document.querySelector<HTMLElement>("#content")?.focus();
        }}
        className="sr-only focus:not-sr-only focus:absolute focus:left-4 focus:top-2 focus:z-50 focus:rounded-md focus:bg-surface focus:px-3 focus:py-2"
      >
        Skip to the content
      </a>
      <header className="sticky top-0 z-30 border-b border-line bg-surface">
        <div className="mx-auto flex max-w-6xl flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 sm:px-6">
          <Link to="/" aria-label="Berth, start" className="flex items-center gap-2 font-semibold">
            <Logo />
            <span>Berth</span>
          </Link>
          <div className="order-last w-full sm:order-none sm:w-auto sm:min-w-0 sm:flex-1">
            <SearchBox />
          </div>
          <nav aria-label="Main" className="flex items-center">
            <Link to="/search" className={NAV}>
              Explore
            </Link>
            {isAdministrator && (
              <Link to="/admin" className={NAV}>
                Admin
              </Link>
            )}
          </nav>
          <div className="ml-auto flex items-center gap-1 sm:ml-0">
            <ThemeMenu />
            <AccountMenu />
          </div>
        </div>
      </header>
      <Arrival />
      <InstanceBanner />
      <main id="content" tabIndex={-1} className="flex-1 outline-none">
        <Outlet />
      </main>
      <footer className="border-t border-line">
        <div className="mx-auto flex max-w-6xl flex-wrap gap-x-6 gap-y-1 px-4 py-4 text-xs text-soft sm:px-6">
          <span>Berth{instance !== undefined && ` ${instance.version}`}, a container registry</span>
          <a href="/api/" className="link">
            API
          </a>
          <Link to="/welcome" className="link">
            How to push and pull
          </Link>
        </div>
      </footer>
    </div>
  );
}
