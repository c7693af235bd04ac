#!/usr/bin/env ruby
x = 1
