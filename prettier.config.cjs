/** @type {import('prettier').Config} Indentation comes from .editorconfig. */

module.exports = {
  // Found in the environment that pre-commit makes, hence the resolve.
  plugins: [require.resolve("@prettier/plugin-xml")],
  bracketSpacing: false,
  printWidth: 88,
  semi: true,
  trailingComma: "es5",
  xmlWhitespaceSensitivity: "preserve",
};
