import type { ReportFinding } from '../report.ts';
import { makeStyle } from '../style.ts';
import type { Reporter } from './reporter.ts';
import { escapeMarkup as escape } from './markup.ts';
import { findingFrame } from './pretty.ts';
import { summaryLine } from './words.ts';

const css = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  body { max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
  article { border-left: 4px solid; padding: 0 1rem; margin: 2rem 0; }
  article.error { border-color: #c62828; } article.warning { border-color: #b26a00; } article.info { border-color: #1565c0; }
  h2 { font-size: 1.1rem; margin: 0; } pre { overflow-x: auto; }`;

/** One page that stands alone: no script, nothing loaded from elsewhere. */
export const html: Reporter = (report, { width }) => {
  const articles = report.findings.map((finding) => article(finding, findingFrame(finding, report, { style: makeStyle(false), width }))).join('');
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>kubewho report</title>
<style>${css}
</style>
</head>
<body>
<h1>kubewho</h1>
<p>${escape(summaryLine(report))}</p>
${articles}</body>
</html>
`;
};

function article({ severity, rule, ruleUrl, message, fixes }: ReportFinding, frame: readonly string[]): string {
  const name = ruleUrl ? `<a href="${escape(ruleUrl)}">${escape(rule)}</a>` : escape(rule);
  const hints = fixes.map((fix) => `<li>${escape(fix.title)} (${fix.choice ? 'a choice' : fix.safe ? 'safe' : 'unsafe'})</li>`).join('');
  return `<article class="${severity}">
<h2>${severity} ${name}</h2>
<p>${escape(message)}</p>
<pre>${escape(frame.join('\n'))}</pre>
${hints === '' ? '' : `<p>Fixes</p><ul>${hints}</ul>\n`}</article>
`;
}
