f()
// # sourceMappingURL=a.map
