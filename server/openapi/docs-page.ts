import type { OpenApi, Operation, Parameter } from './openapi.js';

const STYLE = `
:root { color-scheme: light dark; --line: #d1d9e0; --quiet: #59636e; --fill: #f6f8fa; --link: #0969da; }
@media (prefers-color-scheme: dark) { :root { --line: #3d444d; --quiet: #9198a1; --fill: #151b23; --link: #4493f8; } }
body { margin: 0; font: 14px/1.5 -apple-system, BlinkMacSystemFont, 'Segoe UI', 'Noto Sans', Helvetica, Arial, sans-serif; background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #f0f6fc); }
main { max-width: 880px; margin: 0 auto; padding: 16px; }
a { color: var(--link); }
.bar { display: flex; align-items: center; gap: 8px; min-height: 48px; padding: 0 16px; border-bottom: 1px solid var(--line); background: light-dark(#f6f8fa, #010409); }
.bar a { display: inline-flex; align-items: center; gap: 8px; color: inherit; font-weight: 600; text-decoration: none; }
h1 { margin: 8px 0 16px; font-size: 24px; }
nav ul { display: flex; flex-wrap: wrap; gap: 4px 16px; padding: 0; list-style: none; }
h2 { margin: 32px 0 8px; font-size: 18px; }
h3 { margin: 16px 0 4px; font-size: 14px; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 8px 0; }
summary { padding: 8px 12px; cursor: pointer; overflow-wrap: anywhere; }
details > div { padding: 0 12px 12px; }
code, pre { font: 12px/1.5 ui-monospace, monospace; overflow-wrap: anywhere; }
summary code { font-weight: 600; }
pre { margin: 0; padding: 8px; border-radius: 6px; background: var(--fill); white-space: pre-wrap; }
ul { padding-left: 20px; }
.quiet { color: var(--quiet); }
`;

/** The description as one page that needs nothing else: no script, no other host. */
export function docsPage(api: OpenApi): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? ''))];
  const sections = tags.map(
    (tag) => `<h2 id="${html(tag)}">${html(tag)}</h2>
${operations
  .filter(({ operation }) => operation.tags[0] === tag)
  .map(({ path, method, operation }) => operationHtml(method, path, operation))
  .join('\n')}`,
  );
  const schemas = Object.entries(api.components.schemas).map(
    ([name, schema]) =>
      `<details id="schema-${html(name)}"><summary><code>${html(name)}</code></summary><div>${schemaHtml(schema)}</div></details>`,
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The interface of Perch</title>
<link rel="icon" href="/perch.svg">
<style>${STYLE}</style>
</head>
<body>
<header class="bar"><a href="/">Perch</a></header>
<main>
<h1>The interface of Perch</h1>
<p>${html(api.info.description)}</p>
<p>Make a token under <a href="/settings/tokens">Access tokens</a>, and send it as
<code>Authorization: Bearer perch_…</code>. The same description for machines: <a href="/api/openapi.json">openapi.json</a>.</p>
<nav aria-label="Parts"><ul>${tags.map((tag) => `<li><a href="#${html(tag)}">${html(tag)}</a></li>`).join('')}<li><a href="#schemas">schemas</a></li></ul></nav>
${sections.join('\n')}
<h2 id="schemas">schemas</h2>
${schemas.join('\n')}
</main>
</body>
</html>
`;
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const { summary, parameters, requestBody, responses, security } = operation;
  const scope = security.flatMap((each) => each.accessToken ?? []);
  const may = security.length === 0 ? 'Anybody.' : 'A signed-in person.';
  const body = requestBody && Object.values(requestBody.content)[0];
  const [answer] = Object.values(responses);
  const [contentType, content] = Object.entries(answer?.content ?? {})[0] ?? [];
  return `<details><summary><code>${method} ${html(path)}</code> <span class="quiet">${html(summary)}</span></summary><div>
<h3>Who may</h3><p>${scope.length > 0 ? `A program whose token has <code>${html(scope.join(' '))}</code>, or a signed-in person.` : may}</p>
${parameters.length > 0 ? `<h3>Parameters</h3><ul>${parameters.map(parameterHtml).join('')}</ul>` : ''}
${body ? `<h3>Body</h3>${schemaHtml(body.schema)}` : ''}
<h3>Answer</h3>${content ? `<p><code>${html(contentType ?? '')}</code></p>${schemaHtml(content.schema)}` : '<p>Nothing but its status.</p>'}
</div></details>`;
}

function parameterHtml({ name, in: place, required, schema }: Parameter): string {
  return `<li><code>${html(name)}</code> <span class="quiet">in the ${place}${required ? '' : ', optional'}</span> <code>${html(JSON.stringify(schema))}</code></li>`;
}

/** A schema as it is, its references leading to the nouns below. */
function schemaHtml(schema: object): string {
  const text = html(JSON.stringify(schema, null, 2));
  return `<pre>${text.replaceAll(
    /#\/components\/schemas\/(\w+)/g,
    (_, name: string) => `<a href="#schema-${name}">${name}</a>`,
  )}</pre>`;
}

function html(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
