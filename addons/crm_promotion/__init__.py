from . import controllers, models, report, wizards
from . import models
from . import wizards
