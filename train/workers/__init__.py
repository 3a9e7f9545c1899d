"""Workers: processes that train one network together, and how they exchange gradients."""
