// Opens each page in a real browser at several widths, in light and dark, folded and unfolded, and prints it.
//
//     node check.mjs LIBRARIES BROWSER PAGE… [--keep FOLDER]
//
// It fails on a message on the console, a request for anything but the page, a page wider than the window, a printed page
// without what is folded, and on whatever axe-core finds. LIBRARIES holds node_modules; FOLDER keeps pictures and PDFs.

import { createRequire } from 'node:module';
import fs from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const args = process.argv.slice(2);
const at = args.indexOf('--keep');
const keep = at < 0 ? null : args.splice(at, 2)[1];
const [libraries, browser, ...pages] = args;
const from = createRequire(path.join(libraries, 'package.json'));
const puppeteer = (await import(pathToFileURL(from.resolve('puppeteer-core')).href)).default;
const axe = fs.readFileSync(from.resolve('axe-core/axe.min.js'), 'utf8');

// Everything but the rules that axe itself calls experimental.
const rules = { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] };
const faults = [];

const running = await puppeteer.launch({ executablePath: browser, headless: true, args: ['--no-sandbox', '--disable-gpu'] });

async function open(file, said) {
  const page = await running.newPage();
  page.on('console', (message) => said.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => said.push(`error: ${error}`));
  page.on('request', (request) => {
    if (request.url() !== pathToFileURL(file).href) said.push(`request: ${request.url()}`);
  });
  return page;
}

for (const file of pages) {
  const name = path.basename(file, '.html');
  for (const width of [390, 1280]) {
    for (const scheme of ['light', 'dark']) {
      const said = [];
      const page = await open(file, said);
      await page.setViewport({ width, height: 900 });
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: scheme }]);
      await page.goto(pathToFileURL(file).href);
      for (const unfolded of [false, true]) {
        if (unfolded) {
          await page.evaluate(() => document.querySelectorAll('details').forEach((one) => { one.open = true; }));
        }
        const wider = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        if (wider > 0) said.push(`${wider} pixels wider than the window`);
        if (keep && !unfolded) {
          await page.screenshot({ path: path.join(keep, `${name}-${width}-${scheme}.png`), fullPage: true });
        }
        if (!unfolded) await page.evaluate(axe);
        const found = await page.evaluate((rules) => window.axe.run(document, rules), rules);
        for (const one of found.violations) said.push(`axe: ${one.id}: ${one.nodes[0].html.slice(0, 200)}`);
        if (found.passes.length < 10) said.push(`axe passed only ${found.passes.length} rules: it has not looked`);
      }
      faults.push(...said.map((fault) => `${name}, ${width} wide, ${scheme}: ${fault}`));
      await page.close();
    }
  }
  const said = [];
  const page = await open(file, said);
  await page.goto(pathToFileURL(file).href);
  await page.emulateMediaType('print');
  const hidden = await page.evaluate(() => {
    const rows = [...document.querySelectorAll('details > :not(summary)')];
    return rows.filter((one) => one.getBoundingClientRect().height === 0).length;
  });
  if (hidden > 0) said.push(`${hidden} folded parts are not printed`);
  const pdf = await page.pdf({ preferCSSPageSize: true, printBackground: true });
  if (keep) fs.writeFileSync(path.join(keep, `${name}.pdf`), pdf);
  faults.push(...said.map((fault) => `${name}, printed: ${fault}`));
  await page.close();
  console.log(`${name}: looked at`);
}
await running.close();

for (const fault of faults) console.error(fault);
process.exit(faults.length > 0 ? 1 : 0);
