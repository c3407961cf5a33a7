from . import models
from . import wizards
from . import controllers, models, report, wizards
