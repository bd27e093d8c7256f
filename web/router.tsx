/** Every address of the pages. What a page consists of is loaded when somebody goes there. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { NotFound } from "./layout/not-found.tsx";
import { PageError } from "./layout/page-error.tsx";
import { Shell } from "./layout/shell.tsx";
import { parseSearchQuery } from "./pages/search/search-query.ts";
import { Loading } from "./ui/states.tsx";

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

/** Text out of an address: never more than what it is. */
const text = (value: unknown): string | undefined => (typeof value === "string" && value !== "" ? value : undefined);

const page = <P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => root,
    path,
    // Each file exports the component that it is named after.
    component: lazyRouteComponent(load as () => Promise<Record<string, never>>, name),
  });

const routes = [
  page("/", () => import("./pages/home/home-page.tsx"), "HomePage"),
  page("/setup", () => import("./pages/login/setup-page.tsx"), "SetupPage"),
  page("/sign-up", () => import("./pages/login/sign-up-page.tsx"), "SignUpPage"),
  page("/verify-email", () => import("./pages/login/verify-email-page.tsx"), "VerifyEmailPage"),
  page("/reset-password", () => import("./pages/login/reset-password-page.tsx"), "ResetPasswordPage"),
  page("/invitation", () => import("./pages/login/invitation-page.tsx"), "InvitationPage"),
  page("/r/$", () => import("./pages/repository/repository-pages.tsx"), "RepositoryPages"),
  page("/n/$", () => import("./pages/namespace/namespace-pages.tsx"), "NamespacePages"),
  page("/settings", () => import("./pages/settings/settings-pages.tsx"), "SettingsPages"),
  page("/settings/$section", () => import("./pages/settings/settings-pages.tsx"), "SettingsPages"),
  page("/admin", () => import("./pages/admin/admin-pages.tsx"), "AdminPages"),
  page("/admin/$", () => import("./pages/admin/admin-pages.tsx"), "AdminPages"),
  createRoute({
    getParentRoute: () => root,
    path: "/welcome",
    validateSearch: (search): { namespace?: string | undefined } => ({ namespace: text(search["namespace"]) }),
    component: lazyRouteComponent(() => import("./pages/home/welcome-page.tsx"), "WelcomePage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/login",
    validateSearch: (search) => ({ next: text(search["next"]) }),
    component: lazyRouteComponent(() => import("./pages/login/login-page.tsx"), "LoginPage"),
  }),
  createRoute({
    getParentRoute: () => root,
    path: "/search",
    validateSearch: parseSearchQuery,
    component: lazyRouteComponent(() => import("./pages/search/search-page.tsx"), "SearchPage"),
  }),
];

export function createPagesRouter() {
  return createRouter({
    routeTree: root.addChildren(routes),
    scrollRestoration: true,
    defaultPreload: "intent",
    defaultPendingComponent: Loading,
    defaultErrorComponent: PageError,
  });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof createPagesRouter>;
  }
}
