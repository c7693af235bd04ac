for (x; ; y) z()
