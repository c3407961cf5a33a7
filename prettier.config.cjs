/** @type {import("prettier").Config} */
module.exports = {
    printWidth: 88,
    tabWidth: 4,
    bracketSpacing: false,
    plugins: ["@prettier/plugin-xml"],
    xmlWhitespaceSensitivity: "preserve",
    xmlSelfClosingSpace: true,
};
