// Build what pages load from packages into static/vendor/: `npm run build` (`make setup` runs it).
//
// app.css                 Tabler, less the rules no page uses, and static/css/*.css; lowered to the browsers of package.json
// tom-select.base.min.js  the searching select, without its plug-ins, fetched by the first page that has one
// icons.svg               one sprite of the icons named in icons.json
// licences.txt            the notices that their licences ask for in each copy

import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import browserslist from "browserslist";
import { browserslistToTargets, transform } from "lightningcss";
import postcss from "postcss";
import { PurgeCSS } from "purgecss";

const VENDOR = "static/vendor";
const TABLER = "node_modules/@tabler/core/dist/css/tabler.min.css";
const TOM_SELECT = "node_modules/tom-select/dist/js/tom-select.base.min.js";
const ICONS = "node_modules/@tabler/icons/icons/outline";

// What every page has, then paper, then what a part of the register adds.
const SHEETS = [
  "app",
  "print",
  "search-select",
  "batches",
  "breakdown",
  "minutes-import",
  "corrections",
  "help",
  "organisation",
  "dashboard",
  "reports",
  "saved-views",
  "workbooks",
  "task",
  "chasing",
];

// Where a class, an id or an attribute can be named.
const CONTENT = ["templates/**/*.html", "meetings/**/*.py", "static/js/*.js", TOM_SELECT];

async function usedRules(css) {
  const [{ css: used }] = await new PurgeCSS().purge({
    content: CONTENT,
    css: [{ raw: css }],
    defaultExtractor: (text) => text.match(/[\w-]+/g) || [],
    fontFace: true,
    keyframes: true,
    variables: true,
  });
  return used;
}

// --- plain colours -------------------------------------------------------------------------------------------------
// Chromium 109 has neither color-mix() nor oklch(). Each such colour is worked out for the light and for the dark page;
// one that only an element around it knows is left out, and the build says so.

const NEWER = ["color-mix", "oklch"];
// No language here is written from the right, and Chromium 109 knows no float but these.
const SIDES = { "inline-start": "left", "inline-end": "right" };

class Unknown extends Error {}

/** Replace the outermost calls of the functions `names` in `value` by what `replace(name, arguments)` returns. */
function replaceCalls(value, names, replace) {
  const call = new RegExp(`(?<![\\w-])(${names.join("|")})\\(`).exec(value);
  if (!call) {
    return value;
  }
  const parts = [""];
  let depth = 1;
  let at = call.index + call[0].length;
  for (; depth > 0 && at < value.length; at += 1) {
    depth += { "(": 1, ")": -1 }[value[at]] || 0;
    if (depth === 1 && value[at] === ",") {
      parts.push("");
    } else if (depth > 0) {
      parts[parts.length - 1] += value[at];
    }
  }
  const replaced = replace(call[1], parts.map((part) => part.trim()));
  return value.slice(0, call.index) + replaced + replaceCalls(value.slice(at), names, replace);
}

/** Tell whether the rule is about the whole page, in the light, in the dark or both. */
function isPage(rule, theme = "") {
  const names = rule.selectors.map((selector) => selector.replaceAll('"', ""));
  return names.includes(":root") || names.some((name) => name.startsWith("[data-bs-theme=") && name.endsWith(`${theme}]`));
}

function propertiesOf(rule) {
  return rule.nodes.filter((node) => node.prop?.startsWith("--")).map((node) => [node.prop, node.value]);
}

/** Return the custom properties of the whole page, in the light and in the dark. */
function pageProperties(root) {
  const rules = root.nodes.filter((node) => node.type === "rule");
  const inTheme = (theme) => new Map(rules.filter((rule) => isPage(rule, theme)).flatMap(propertiesOf));
  return { light: inTheme("light"), dark: inTheme("dark") };
}

/** Return the value with every custom property of `known` put in. */
function resolve(value, theme, known) {
  const chosen = replaceCalls(value, ["light-dark"], (_, [light, dark]) => resolve(theme === "dark" ? dark : light, theme, known));
  return replaceCalls(chosen, ["var"], (_, [name, ...fallback]) => {
    const found = known.get(name) ?? (fallback.length ? fallback.join(",") : null);
    if (found === null) {
      throw new Unknown(name);
    }
    return resolve(found, theme, known);
  });
}

/** Return the colour as #rrggbb or #rrggbbaa, as Lightning CSS works it out. */
function plainColour(colour) {
  const percent = colour.replace(/calc\(([\d.]+) \* 100%\)/g, (_, number) => `${100 * number}%`);
  const rule = transform({ filename: "", code: Buffer.from(`a{color:${percent}}`), minify: true, targets: { chrome: 90 << 16 } });
  const [, plain] = rule.code.toString().match(/color:(#\w+|\w+)[;}]/) || [];
  if (!plain) {
    throw new Unknown(colour);
  }
  return plain;
}

function plainColours(root) {
  const themes = pageProperties(root);
  const newer = new RegExp(`(${NEWER.join("|")})\\(`);
  root.walkDecls((declaration) => {
    if (!newer.test(declaration.value)) {
      return;
    }
    const own = isPage(declaration.parent) ? [] : propertiesOf(declaration.parent);
    try {
      declaration.value = replaceCalls(declaration.value, ["light-dark", ...NEWER], (name, parts) => {
        const call = `${name}(${parts.join(",")})`;
        if (!newer.test(call)) {
          return call;
        }
        const [light, dark] = ["light", "dark"].map((theme) =>
          plainColour(resolve(call, theme, new Map([...themes[theme], ...own])))
        );
        return light === dark ? light : `light-dark(${light}, ${dark})`;
      });
    } catch (error) {
      if (!(error instanceof Unknown)) {
        throw error;
      }
      console.warn(`Left out, for its colour is not known here: ${declaration.parent.selector} { ${declaration} }`);
      declaration.remove();
    }
  });
}

// --- the stylesheet, the sprite, the copies ----------------------------------------------------------------------------

async function stylesheet() {
  const own = SHEETS.map((name) => {
    const css = readFileSync(`static/css/${name}.css`, "utf8");
    return name === "print" ? `@media print{${css}}` : css;
  });
  const used = await usedRules(readFileSync(TABLER, "utf8"));
  // The drawings inside addresses, such as the arrow of a select.
  const tabler = used.replace(/oklch%28.*?%29/g, (colour) => encodeURIComponent(plainColour(decodeURIComponent(colour))));
  const root = postcss.parse([tabler, ...own].join("\n"));
  plainColours(root);
  root.walkDecls("float", (declaration) => {
    declaration.value = SIDES[declaration.value] ?? declaration.value;
  });
  const { code } = transform({
    filename: "app.css",
    code: Buffer.from(root.toString()),
    minify: true,
    targets: browserslistToTargets(browserslist()),
  });
  return code;
}

/** Return one SVG document with a `<symbol id="name">` for each icon, drawn in the colour of the text. */
function sprite(names) {
  const symbols = names.map((name) => {
    const [, attributes, drawing] = readFileSync(`${ICONS}/${name}.svg`, "utf8").match(/<svg([^>]*)>(.*)<\/svg>/s);
    const kept = attributes.match(/\b(viewBox|fill|stroke|stroke-width|stroke-linecap|stroke-linejoin)="[^"]*"/g);
    // The first path of every icon is an empty square that only fixes its size.
    const shapes = drawing.match(/<[^>]+>/g).filter((shape) => !shape.includes('stroke="none"'));
    return `<symbol id="${name}" ${kept.join(" ")}>${shapes.join("")}</symbol>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>`;
}

/** Return the notice of each package that pages are served with; Tabler's is the head of its sheet, another's its author. */
function licences() {
  const { packages } = JSON.parse(readFileSync("package-lock.json", "utf8"));
  const served = Object.entries(packages).filter(([path, { dev }]) => path && !dev);
  return served
    .map(([path, { version, license }]) => {
      const file = ["LICENSE", "LICENSE.md"].map((name) => `${path}/${name}`).find(existsSync);
      const head = TABLER.startsWith(path) ? readFileSync(TABLER, "utf8").match(/\/\*!(.*?)\*\//s)[1] : "";
      const { author } = JSON.parse(readFileSync(`${path}/package.json`, "utf8"));
      const notice = file ? readFileSync(file, "utf8") : head || `By ${author?.name ?? author}.`;
      return `${path.replace("node_modules/", "")} ${version}: ${license}\n\n${notice.trim()}\n`;
    })
    .join("\n\n");
}

rmSync(VENDOR, { force: true, recursive: true });
mkdirSync(VENDOR);
writeFileSync(`${VENDOR}/app.css`, await stylesheet());
writeFileSync(`${VENDOR}/icons.svg`, sprite(JSON.parse(readFileSync("icons.json", "utf8"))));
// Without the line that names a source map, which is not served.
writeFileSync(`${VENDOR}/tom-select.base.min.js`, readFileSync(TOM_SELECT, "utf8").replace(/^\/\/# sourceMappingURL=.*$/m, ""));
writeFileSync(`${VENDOR}/licences.txt`, licences());
