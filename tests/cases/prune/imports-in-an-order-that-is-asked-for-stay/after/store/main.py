import plug_a
import plug_b
