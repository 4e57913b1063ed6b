import type { ForgeUser } from '../hosted-repository.js';
import type { OAuthApp } from './grants.js';

const STYLE = `
:root { color-scheme: light dark; }
body { margin: 0; font: 14px/1.5 system-ui, sans-serif; background: light-dark(#fff, #0d1117); color: light-dark(#1f2328, #f0f6fc); }
main { max-width: 340px; margin: 0 auto; padding: 32px 16px; }
h1 { font-size: 20px; }
button { display: block; width: 100%; min-height: 40px; margin: 8px 0; padding: 8px; font: inherit; color: inherit; background: light-dark(#f6f8fa, #212830); border: 1px solid light-dark(#818b98, #656c76); border-radius: 6px; cursor: pointer; }
`;

/** Asks whoever is at this machine as whom an App may act. */
export function authorizePage(
  app: OAuthApp,
  users: readonly ForgeUser[],
  asked: Record<string, string | undefined>,
): string {
  const name = escape(app.name ?? app.clientId);
  const kept = Object.entries(asked)
    .filter(([key, value]) => key !== 'login' && value !== undefined)
    .map(([key, value]) => `<input type="hidden" name="${escape(key)}" value="${escape(value ?? '')}">`)
    .join('');
  const form = (fields: string) =>
    `<form method="post" action="/login/oauth/authorize">${kept}${fields}</form>`;
  const choices = users
    .filter(({ login }) => asked.login === undefined || asked.login === login)
    .map(({ login }) =>
      form(
        `<input type="hidden" name="login" value="${escape(login)}"><button name="decision" value="allow">Authorize as ${escape(login)}</button>`,
      ),
    );
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Authorize ${name}</title>
<style>${STYLE}</style>
<main>
<h1>Authorize ${name}</h1>
<p>This is Perch’s built-in forge, which stands in for GitHub on this machine. ${name} asks to act for you.</p>
${choices.join('\n')}
${form('<button name="decision" value="deny">Cancel</button>')}
</main>
</html>
`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
