f()
//# sourceMappingURL=a.map
