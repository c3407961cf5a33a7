/** @type {import("prettier").Config} */
module.exports = {
    printWidth: 88,
    tabWidth: 4,
    bracketSpacing: false,
    plugins: [require.resolve("@prettier/plugin-xml")],
    xmlWhitespaceSensitivity: "preserve",
    xmlSelfClosingSpace: true,
};
