// `make lint`: what reaches a browser runs in those of package.json, the oldest of which is Chromium 109.

import css from "@eslint/css";
import compat from "eslint-plugin-compat";

// Chromium 109 had these by January 2023; other browsers were later.
const IN_CHROMIUM_109 = {
  allowAtRules: ["page", "property"],
  allowProperties: [
    "accent-color",
    "break-after",
    "clip",
    "content-visibility",
    "forced-color-adjust",
    "line-clamp",
    "orphans",
    "outline",
    "page",
    "print-color-adjust",
    "resize",
    "user-select",
    "widows",
  ],
  allowPropertyValues: { "break-after": ["avoid"], "font-family": ["ui-monospace"] },
  allowSelectors: ["has", "selection"],
};

// These came later and say nothing: without them a scroll bar is wider, a field does not grow, a fold does not print.
// Each mask stands beside its -webkit- form.
const AS_DECORATION = {
  allowProperties: [
    "field-sizing",
    "mask",
    "mask-image",
    "mask-position",
    "mask-repeat",
    "mask-size",
    "scrollbar-color",
    "scrollbar-width",
  ],
  allowSelectors: ["details-content"],
};

export default [
  { files: ["static/js/*.js", "static/vendor/*.js"], ...compat.configs["flat/recommended"] },
  {
    files: ["static/js/*.js"],
    rules: { "no-undef": "error", "no-unused-vars": "error", "no-var": "error", "prefer-const": "error" },
  },
  {
    files: ["static/vendor/*.css"],
    language: "css/css",
    plugins: { css },
    rules: {
      "css/use-baseline": [
        "error",
        {
          available: 2022,
          ...IN_CHROMIUM_109,
          allowProperties: [...IN_CHROMIUM_109.allowProperties, ...AS_DECORATION.allowProperties],
          allowSelectors: [...IN_CHROMIUM_109.allowSelectors, ...AS_DECORATION.allowSelectors],
        },
      ],
    },
  },
];
