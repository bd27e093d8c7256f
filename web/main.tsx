/** Where the pages begin in the browser. */
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./data/query-client.ts";
import { applyTheme, chosenTheme } from "./layout/theme.ts";
import { createPagesRouter } from "./router.tsx";
import "./theme.css";
import { Toasts } from "./ui/toast.tsx";

applyTheme(chosenTheme());

const root = document.querySelector("#root");
if (root === null) throw new Error("index.html has no #root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Toasts>
        <RouterProvider router={createPagesRouter()} />
      </Toasts>
    </QueryClientProvider>
  </StrictMode>,
);
