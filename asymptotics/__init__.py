from asymptotics.diagonal import diagonal
from asymptotics.quadratic import quadratic
