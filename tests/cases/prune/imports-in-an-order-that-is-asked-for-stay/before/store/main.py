import plug_b
import plug_a
